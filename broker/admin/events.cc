// Events: what becomes durable from now on, as server-sent events: one for each note of the broker,
// under the name it has in the log ("delivery.parked"). A client that falls behind is cut off and
// comes back; nothing is kept for it.
#include "broker/admin/answers.h"
#include "broker/admin/routes.h"
#include "common/base/limits.h"

#include <memory>
#include <utility>

namespace gulou {
namespace {

std::string_view name_of(Note::Level level) {
  switch (level) {
    case Note::Level::debug:
      return "debug";
    case Note::Level::info:
      return "info";
    case Note::Level::warn:
      return "warn";
    case Note::Level::error:
      return "error";
  }
  return {};
}

// One client. Used on the broker thread only, once it has been handed over.
class Follower {
 public:
  Follower(EventStream stream, const Exchange& exchange)
      : stream_(std::move(stream)),
        principal_(exchange.principal()),
        history_(exchange.history()),
        names_(exchange.history()) {}

  bool tell(const Note* note) {
    if (!principal_.is_live()) {
      return false;
    }
    if (note == nullptr) {
      return number_ > 0 ? stream_.open() : stream_.send("begin", text_of({}));
    }
    return note->level == Note::Level::debug || stream_.send(note->event, text_of(*note));
  }

 private:
  std::string text_of(const Note& note) {
    JsonWriter json;
    json.begin_object().member("number", number_++).member("level", name_of(note.level));
    if (note.seq) {
      json.member("seq", note.seq.value);
    }
    if (note.subscriber.value != 0) {
      json.member("channel", name_of_channel(channel_of(note.subscriber)));
    }
    json.member("count", note.count).text_member("detail", note.detail).end_object();
    return json.take();
  }

  std::string name_of_channel(ChannelNo channel) {
    if (names_.id(channel).empty()) {
      names_ = ChannelNames(history_);  // defined meanwhile
    }
    return names_.id(channel);
  }

  EventStream stream_;
  HttpPrincipal principal_;
  const History& history_;
  ChannelNames names_;
  uint64_t number_ = 0;
};

Status follow(const Exchange& exchange) {
  // Shared, because a listener is copied on its way to the broker thread.
  const auto follower = std::make_shared<Follower>(exchange.start_events(), exchange);
  // The stream ends with its last owner where the broker is too busy: the client comes back.
  static_cast<void>(exchange.context().desk.follow(
      [follower](const Note* note) { return follower->tell(note); }));
  return {};
}

}  // namespace

AdminRoutes event_routes() {
  return {{"GET", "/v1/events", Access::viewer, follow}};
}

}  // namespace gulou
