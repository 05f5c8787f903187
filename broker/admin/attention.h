// Attention: what is wrong now, since when, whose move it is and with which command: parked and
// ambiguous deliveries, takedowns, gates and interpretations that are late, channels that sleep or
// are not served, the machine. Read from committed rows and the broker's view; reads a bounded
// number of rows per channel. Any thread.
#pragma once

#include "broker/admin/answers.h"

#include <string>
#include <vector>

namespace gulou {

struct Attention {
  std::string code;  // a key: the sentence is "attention_<code>"
  Utc since;         // none: not known
  uint64_t count = 0;
  std::string channel;
  std::vector<std::string> args;  // of the sentence
  std::string reason;             // these two explained are its last argument; both empty: none
  std::string detail;
  std::string who;  // a word: who_operator, who_adapter, who_administrator …
  std::string command;
};

// Empty: all is well. The gravest first.
std::vector<Attention> attention(const History& history,
                                 const CountySettings& county,
                                 const BrokerView& view,
                                 const std::vector<ChannelLine>& channels);

std::string sentence_of(Language language, const Attention& attention);

void append_attention(JsonWriter& json,
                      const std::vector<Attention>& list,
                      const Exchange& exchange);

}  // namespace gulou
