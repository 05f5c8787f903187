// What each answer of the platform means for a delivery: every code WeChat documents, in its class
// (design 5.2). Pure.
#pragma once

#include "adapters/sdk/adapter.h"

#include <string>
#include <string_view>

namespace gulou {

// again: when the day's quota is tried once more.
Report outcome_of(const Error& error, Utc now, Utc again);

// Parked for this reason; `mark` is kept with it, so the next attempt, which only a person can ask
// for, knows that the person was asked.
Report ask_person(std::string_view reason, std::string mark, std::string detail);

// Of publish_status 2, 3, 4.
std::string_view refusal_reason(int publish_status);

// freepublish/delete of what is not there.
bool is_article_absent(int code);
// The page of an article that is not there any more.
bool says_removed(std::string_view page);

}  // namespace gulou
