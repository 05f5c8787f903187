// gulou-weibo: the channel of one Weibo account.
#include "adapters/weibo/run.h"

int main(int argc, char** argv) {
  return gulou::run_weibo({argv + 1, argv + argc});
}
