// gulou-wechat: the channel of one WeChat official account.
#include "adapters/wechat/run.h"

int main(int argc, char** argv) {
  return gulou::run_wechat({argv + 1, argv + argc});
}
