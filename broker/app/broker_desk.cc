// What others ask of the broker: what comes from other threads becomes a task of the broker thread.
#include "broker/app/broker.h"
#include "broker/journal/history.h"
#include "broker/journal/standing.h"
#include "common/base/limits.h"

#include <utility>

namespace gulou {

void Broker::chain_checked(Status status) {
  static_cast<void>(tasks_.send([this, status = std::move(status)] {
    shell_.chain_checked = status.has_value();
    shell_.chain_failure = status ? std::string() : describe(status.error());
  }));
}

void Broker::notify_says(std::vector<NotifyFailure> failures) {
  static_cast<void>(tasks_.send([this, failures = std::move(failures)]() mutable {
    shell_.notify_failures = std::move(failures);
  }));
}

bool Broker::read_scans(std::vector<Digest> scans, ScanDesk::Done done) {
  return scan_desk_.ask(std::move(scans), std::move(done));
}

bool Broker::submit(std::string publisher,
                    PublisherRights rights,
                    std::vector<SharedBytes> parts,
                    std::vector<std::string> approvals,
                    std::function<void(SubmitAnswer)> done) {
  return tasks_.try_send([this,
                          publisher = std::move(publisher),
                          rights = std::move(rights),
                          parts = std::move(parts),
                          approvals = std::move(approvals),
                          done = std::move(done)]() mutable {
    const SessionNo session = next_http_session();
    if (auto error = over_rate(publisher, rights, read_clocks().mono)) {
      done({false, {}, {}, {*std::move(error)}});
      return;
    }
    FactsInput input{{session, 0},
                     std::move(publisher),
                     std::move(rights),
                     std::move(parts),
                     true,
                     std::move(approvals)};
    if (!facts_pool_.submit({std::move(input), options_.county})) {
      done({false, {}, {}, {{ErrorCode::unavailable, "broker_busy", "", {}}}});
      return;
    }
    submits_.emplace(session, std::move(done));
  });
}

bool Broker::put_blob(const Digest& digest,
                      uint64_t offset,
                      uint64_t total,
                      std::string bytes,
                      std::function<void(BlobPutState)> done) {
  return tasks_.try_send(
      [this, digest, offset, total, bytes = std::move(bytes), done = std::move(done)]() mutable {
        const SessionNo session = next_http_session();
        if (!blob_desk_.submit(BlobPutJob{{session, 0}, digest, offset, total, std::move(bytes)})) {
          done({0, false, {{ErrorCode::unavailable, "broker_busy", "", {}}}});
          return;
        }
        puts_.emplace(session, std::move(done));
      });
}

bool Broker::show_cursor(CursorShown shown) {
  return tasks_.try_send([this, shown = std::move(shown)] { take(shown, read_clocks()); });
}

void Broker::admit(NetPrincipals principals, std::set<std::string> submitters) {
  static_cast<void>(tasks_.send(
      [this, principals = std::move(principals), submitters = std::move(submitters)]() mutable {
        sessions_.admit(std::move(principals), inbox_);
        options_.submitters = std::move(submitters);
        shell_.cloned_keys.clear();
        tell_listeners(nullptr);  // streams of tokens that are gone end
      }));
}

void Broker::configure(std::shared_ptr<const CountySettings> county) {
  static_cast<void>(tasks_.send([this, county = std::move(county)]() mutable {
    options_.county = std::move(county);
    take(Configured{*options_.county}, read_clocks());
  }));
}

bool Broker::view(std::function<void(BrokerView)> done) {
  return tasks_.try_send([this, done = std::move(done)] {
    done({core_.view(), shell_, read_clocks().utc});
  });
}

bool Broker::withdraw(WithdrawalAsked asked, std::function<void(SubmitAnswer)> done) {
  return tasks_.try_send([this, asked = std::move(asked), done = std::move(done)]() mutable {
    const SessionNo session = next_http_session();
    asked.from = {session, 0};
    submits_.emplace(session, std::move(done));
    take(asked, read_clocks());
  });
}

bool Broker::decide(Decision decision, std::function<void(Result<DecisionTaken>)> done) {
  return tasks_.try_send([this, decision = std::move(decision), done = std::move(done)]() mutable {
    const SessionNo session = next_http_session();
    decisions_.emplace(session, std::move(done));
    std::visit(
        [&](auto& one) {
          one.from = {session, 0};
          take(one, read_clocks());
        },
        decision);
  });
}

bool Broker::follow(NoteListener listener) {
  return tasks_.try_send([this, listener = std::move(listener)]() mutable {
    listeners_of_notes_.push_back(std::move(listener));
    tell_listeners(nullptr);
  });
}

void Broker::answer_status(const Inbox::StatusAsked& asked) {
  wire::StatusIs status;
  const History& history = journal_.history();
  const auto publication = history.publication({asked.publisher, asked.id});
  const auto entry = publication ? history.entry(publication->newest().seq) : std::nullopt;
  if (entry) {
    status.found = true;
    status.revision = publication->newest().revision;
    status.seq = publication->newest().seq;
    status.index_no = publication->index_no;
    for (const ChannelDefined& channel : history.channels()) {
      const Standing stands = standing(history, channel.channel, entry->entry);
      if (!stands.state) {
        continue;
      }
      std::string url;
      for (const PartReceipt& part : stands.receipt.parts) {
        if (part.part == publication->newest().part) {
          url = part.url;
        }
      }
      status.channels.push_back(
          {channel.id, *stands.state, stands.since, stands.reason, std::move(url)});
    }
  }
  sessions_.answer(asked.from, std::move(status), inbox_);
}

}  // namespace gulou
