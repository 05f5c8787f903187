// AccountOwner is the right to use an account's token from this directory: a lock that ends with
// the process. Two programs with one account void each other's tokens and spend its quotas.
#pragma once

#include "common/base/result.h"

#include <string>
#include <utility>

namespace gulou {

class AccountOwner {
 public:
  // Error already_exists wechat_account_in_use.
  static Result<AccountOwner> take(const std::string& directory);

  AccountOwner(AccountOwner&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  AccountOwner& operator=(AccountOwner&&) = delete;
  AccountOwner(const AccountOwner&) = delete;
  AccountOwner& operator=(const AccountOwner&) = delete;
  ~AccountOwner();

 private:
  explicit AccountOwner(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace gulou
