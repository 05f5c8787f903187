#include "adapters/wechat/owner.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace gulou {

Result<AccountOwner> AccountOwner::take(const std::string& directory) {
  const std::string path = directory + "/owner";
  constexpr mode_t own = 0600;
  AccountOwner owner(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, own));
  if (owner.fd_ < 0 || ::flock(owner.fd_, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::already_exists, "wechat_account_in_use", {}, {directory});
  }
  return owner;
}

AccountOwner::~AccountOwner() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

}  // namespace gulou
