#include "common/base/run_command.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <unistd.h>

namespace gulou {
namespace {

constexpr int64_t plenty_ms = 10'000;

std::vector<std::string> shell(std::string script, std::string argument = {}) {
  return {"/bin/sh", "-c", std::move(script), "sh", std::move(argument)};
}

TEST(RunCommandTest, TheProgramReadsTheTextWhole) {
  std::string name = (std::filesystem::temp_directory_path() / "gulou-command-XXXXXX").string();
  const int fd = mkstemp(name.data());
  ASSERT_GE(fd, 0);
  close(fd);
  const std::string text(300'000, 'x');

  const Status status = run_command(shell("cat > \"$1\"", name), text, plenty_ms);

  ASSERT_TRUE(status) << describe(status.error());
  std::ifstream in(name, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
  std::filesystem::remove(name);
  EXPECT_TRUE(run_command({"/bin/true"}, text, plenty_ms));  // reads nothing
}

TEST(RunCommandTest, SaysHowItFailed) {
  EXPECT_EQ(run_command(shell("exit 7"), "", plenty_ms).error().args,
            (std::vector<std::string>{"/bin/sh", "7"}));
  EXPECT_EQ(run_command(shell("kill -9 $$"), "", plenty_ms).error().args.back(), "137");
  EXPECT_EQ(run_command({"/no/such/program"}, "", plenty_ms).error().reason, "command_not_started");
}

TEST(RunCommandTest, WhatTakesTooLongIsEndedWithItsChildren) {
  const Status status = run_command(shell("sleep 1000 & sleep 1000"), "", 50);

  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "command_too_slow");
  EXPECT_EQ(status.error().code, ErrorCode::timed_out);
}

TEST(RunCommandTest, NothingOpenOrBlockedIsInherited) {
  int fds[2] = {};
  ASSERT_EQ(pipe(fds), 0);  // not closed on exec
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &term, nullptr), 0);

  const std::string open = "/proc/self/fd/" + std::to_string(fds[1]);
  EXPECT_TRUE(run_command(shell("test ! -e \"$1\"", open), "", plenty_ms));
  EXPECT_EQ(run_command(shell("kill -TERM $$; exit 3"), "", plenty_ms).error().args.back(), "143");

  pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
  close(fds[0]);
  close(fds[1]);
}

constexpr CommandBounds modest{
    .timeout_ms = plenty_ms, .memory_bytes_max = 256ULL * 1024 * 1024, .output_bytes_max = 1000};

TEST(RunCommandTest, WhatAProgramSaysIsTakenWithItsExitCode) {
  const auto made = command_output(shell("cat; echo wrong >&2; exit 4"), "said", modest);

  ASSERT_TRUE(made) << describe(made.error());
  EXPECT_EQ(made->output, "said");
  EXPECT_EQ(made->exit_code, 4);
}

TEST(RunCommandTest, AProgramThatReadsStrangersHasBoundsAndNothingOfOurs) {
  setenv("GULOU_SECRET", "secret", 1);

  const auto environment = command_output({"/usr/bin/env"}, "", modest);
  const auto much = command_output(shell("yes"), "", modest);
  const auto memory = command_output({"/usr/bin/head", "-c", "1", "/dev/zero"},
                                     "",
                                     {.timeout_ms = plenty_ms, .memory_bytes_max = 4096});

  ASSERT_TRUE(environment && much) << describe(environment ? much.error() : environment.error());
  EXPECT_EQ(environment->output, "PATH=/usr/bin:/bin\n");
  EXPECT_LE(much->output.size(), 1000U);
  EXPECT_NE(much->exit_code, 0);
  ASSERT_TRUE(memory);
  EXPECT_NE(memory->exit_code, 0);
}

TEST(RunCommandTest, AProgramThatIsNotThereOrNeverEndsIsAnError) {
  const auto missing = command_output({"/no/such/program"}, "", modest);
  CommandBounds brief = modest;
  brief.timeout_ms = 50;
  const auto endless = command_output(shell("sleep 1000 & sleep 1000"), "", brief);

  EXPECT_EQ(missing.error().reason, "command_not_started");
  EXPECT_EQ(endless.error().reason, "command_too_slow");
}

}  // namespace
}  // namespace gulou
