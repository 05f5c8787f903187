#include "adapters/weibo/run.h"

#include "adapters/sdk/start.h"
#include "adapters/weibo/adapter.h"

namespace gulou {
namespace {

Result<int> run(const AdapterSettings& settings,
                const sdk::ShellOptions& options,
                const std::string& /*home*/,
                int stop_fd) {
  const net::Context context = TRY(net::Context::open(1));
  WeiboAdapter adapter(settings.weibo);
  return sdk::serve(adapter, options, context, stop_fd);
}

}  // namespace

int run_weibo(const std::vector<std::string>& arguments) {
  return sdk::start("weibo", arguments, run);
}

}  // namespace gulou
