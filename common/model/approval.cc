#include "common/model/approval.h"

#include <algorithm>

namespace gulou {
namespace {

template <class Value>
bool takes(const std::vector<Value>& list, const auto& value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

}  // namespace

const ApprovalRule* ApprovalSettings::rule_of(Kind kind, std::string_view column) const {
  const auto at = std::ranges::find_if(rules, [&](const ApprovalRule& rule) {
    return takes(rule.kinds, kind) && takes(rule.columns, column);
  });
  return at == rules.end() ? nullptr : &*at;
}

bool ApprovalSettings::needs_two(TwoPersonAct act) const {
  return std::ranges::find(two_persons, name_of(act)) != two_persons.end();
}

}  // namespace gulou
