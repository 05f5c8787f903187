// Decisions of two persons as people see them: in lists, beside what they are about, and in what
// needs attention. Any thread.
#pragma once

#include "broker/admin/answers.h"
#include "broker/admin/attention.h"

#include <string>
#include <string_view>
#include <vector>

namespace gulou {

std::string_view word_of(ConfirmationState state);

// What it is about, in one sentence.
std::string about(const Exchange& exchange, const Confirmation& one);

// The members; the caller opens and closes the object.
void append_confirmation(JsonWriter& json, const Exchange& exchange, const Confirmation& one);

// What whoever asked is told: the number, and how the second person confirms.
void append_asked(JsonWriter& json, const Exchange& exchange, ConfirmationNo no);

// Of a withdrawal that erases: whether its bytes are gone, or what they wait for.
void append_bytes(JsonWriter& json, const Exchange& exchange, const EntryAccepted& withdrawal);

// What waits for a second person.
void add_confirmations(std::vector<Attention>& list,
                       const History& history,
                       const BrokerView& view);

}  // namespace gulou
