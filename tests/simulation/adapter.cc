#include "tests/simulation/adapter.h"

#include "common/base/limits.h"
#include "common/wire/codec.h"

#include <algorithm>

namespace gulou::simulation {
namespace {

constexpr int64_t call_ms_max = 5'000;

}  // namespace

SimAdapter::SimAdapter(Parts parts,
                       const ChannelPlan& plan,
                       std::string instance,
                       SimChannel& outside,
                       Planted planted)
    : parts_(parts),
      plan_(plan),
      instance_(std::move(instance)),
      outside_(outside),
      planted_(planted) {}

void SimAdapter::start() {
  ++life_;
  sdk::RunnerOptions options;
  options.channel = plan_.policy.id;
  options.instance = instance_;
  options.software = "simulation";
  options.credit_messages = plan_.credit;
  options.call_ms_max = call_ms_max;
  runner_ = std::make_unique<sdk::Runner>(options);
  work_.reset();
  connected_ = false;
  woken_at_.reset();
  parts_.network.connect(*this, Door::adapters, "key-" + instance_);
}

void SimAdapter::die() {
  if (!runner_) {
    return;
  }
  if (parts_.trace.on()) {
    parts_.trace.line(now(), instance_.c_str(), work_ ? "dies within a call" : "dies");
  }
  ++life_;
  ended();
  runner_.reset();
  work_.reset();
  parts_.network.close(*this);
}

void SimAdapter::on_link_up() {
  connected_ = true;
  heard_ = now().mono;
  runner_->on_connected(now());
  turn();
}

void SimAdapter::on_link_lost() {
  if (!runner_) {
    return;
  }
  connected_ = false;
  runner_->on_disconnected();
  parts_.network.connect(*this, Door::adapters, "key-" + instance_);
  turn();
}

void SimAdapter::on_frames(const Frames& frames) {
  if (!runner_) {
    return;
  }
  heard_ = now().mono;
  const std::vector<std::string_view> views(frames.begin(), frames.end());
  const auto message = wire::decode(views);
  if (!message) {
    return parts_.checker.violated("an adapter cannot read: " + describe(message.error()));
  }
  runner_->on_message(*message, now());
  turn();
}

void SimAdapter::turn() {
  runner_->on_time(now());
  if (const auto answer = runner_->take_progress_answer(); answer && work_) {
    if (*answer) {
      work_->drafted = true;
      later(parts_.random.between(1, 200), [this] { go_on(); });
    } else if (answer->error().reason == sdk::recalled) {
      end(sdk::transient(std::string(sdk::recalled), {}));
    } else {
      end(sdk::ambiguous("progress_unanswered", {}));
    }
  }
  if (!work_) {
    if (auto call = runner_->take_call(now())) {
      begin(std::move(*call));
    }
  }
  const bool silent = connected_ && now().mono.ms - heard_.ms > limits::session_silence_ms_max;
  const bool refused = connected_ && (!runner_->goodbye().empty() || runner_->refusal());
  if ((silent || refused) && now().mono >= reopen_at_) {
    connected_ = false;
    runner_->on_disconnected();
    reopen_at_ = {now().mono.ms + 1'000};
    parts_.network.connect(*this, Door::adapters, "key-" + instance_);
  }
  flush();
  wake();
}

void SimAdapter::flush() {
  for (const wire::Message& message : runner_->take_sends()) {
    const wire::Encoded encoded = wire::encode(message);
    Frames frames;
    for (const std::string_view frame : encoded.frames()) {
      frames.emplace_back(frame);
    }
    parts_.network.to_broker(*this, std::move(frames));
  }
}

void SimAdapter::wake() {
  int64_t at = now().mono.ms + 1'000 * 10;
  if (const auto deadline = runner_->next_deadline()) {
    at = std::min(at, std::max(deadline->ms, now().mono.ms + 1));
  }
  if (woken_at_ && *woken_at_ <= at) {
    return;
  }
  woken_at_ = at;
  later(at - now().mono.ms, [this, at] {
    if (woken_at_ == at) {
      woken_at_.reset();
      turn();
    }
  });
}

// ---- calls --------------------------------------------------------------------------------------

bool SimAdapter::works_on(const std::string& publication) const {
  return work_ && std::any_of(work_->call.delivery.parts.begin(),
                              work_->call.delivery.parts.end(),
                              [&](const sdk::Part& part) {
                                return part.publisher + "/" + part.release.id == publication;
                              });
}

// What changes the platform is not done by two instances at once where that would do harm.
void SimAdapter::began() const {
  if (plan_.policy.exclusive && !outside_.at_work.empty()) {
    parts_.checker.violated("two instances of the exclusive " + outside_.id() + " are at work");
  }
  outside_.at_work.insert(instance_);
}

void SimAdapter::ended() const {
  outside_.at_work.erase(instance_);
}

void SimAdapter::begin(sdk::Call call) {
  Work work;
  work.call = std::move(call);
  if (parts_.trace.on()) {
    static const char* const kinds[] = {"find", "publish", "update", "withdraw"};
    std::string words = std::string("calls ") + kinds[static_cast<size_t>(work.call.kind)] + " #" +
                        std::to_string(work.call.delivery.seq.value);
    for (const sdk::Part& part : work.call.delivery.parts) {
      words += " " + part.publisher + "/" + part.release.id + "/" +
               std::to_string(part.release.revision) + "(was " + std::to_string(part.old_revision) +
               ")";
    }
    parts_.trace.line(now(), instance_.c_str(), words);
  }
  if (work.call.kind != sdk::CallKind::find) {
    began();
    work.instead = draw_refusal(work.call.delivery);
    if (work.instead && work.instead->outcome == Outcome::accepted) {
      work.instead = take_for_review(work.call);
    }
    if (!work.instead && plan_.policy.mode == Mode::draft && !work.call.delivery.withdrawal) {
      work.instead = sdk::prepared(
          outside_.id() + "-draft-" + std::to_string(work.call.delivery.seq.value), {});
    }
    if (!work.instead && parts_.random.per_mille(faults_.lost_answer)) {
      // The answer is lost after all of it, or it breaks off in the middle.
      work.answer_lost = true;
      work.parts_until_fault = parts_.random.below(work.call.delivery.parts.size() + 1);
    }
  }
  work_ = std::move(work);
  later(parts_.random.between(1, 300), [this] { go_on(); });
}

void SimAdapter::go_on() {
  if (!work_) {
    return;
  }
  Work& work = *work_;
  const sdk::Delivery& delivery = work.call.delivery;
  if (work.instead) {
    return end(*work.instead);
  }
  if (work.call.kind == sdk::CallKind::find) {
    return end(delivery.withdrawal ? look_for_removal(delivery) : look(delivery));
  }
  if (outside_.kind().drafts && !delivery.withdrawal && !work.drafted) {
    if (work.draft.empty()) {
      work.draft = outside_.id() + "-draft-" + std::to_string(delivery.seq.value);
      runner_->on_progress(0, work.draft, now());
      turn();
    }
    return;
  }
  if (work.next_part == std::min(work.parts_until_fault, delivery.parts.size())) {
    Report report = sdk::published(receipt(delivery));
    return end(work.answer_lost ? sdk::ambiguous("answer_lost", "timeout") : std::move(report));
  }
  if (delivery.withdrawal) {
    take_back(delivery, delivery.parts[work.next_part]);
  } else {
    apply(delivery.parts[work.next_part]);
  }
  ++work.next_part;
  later(parts_.random.between(1, 300), [this] { go_on(); });
}

void SimAdapter::end(Report report) {
  if (parts_.trace.on()) {
    parts_.trace.line(now(),
                      instance_.c_str(),
                      "  #" + std::to_string(work_->call.delivery.seq.value) + " " +
                          std::string(name_of(report.outcome)) + " " + report.reason);
  }
  ended();
  work_.reset();
  runner_->on_result(std::move(report), now());
  later(0, [this] { turn(); });
}

}  // namespace gulou::simulation
