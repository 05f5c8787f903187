// SimPublisher is an upstream system with a plan: it submits, loses answers and submits the same
// again until it has one, revises and withdraws what was accepted, and now and then sends what must
// be refused. It never forgets; it has no idea what the broker goes through, nor that operators
// withdraw too. Owned by the World.
#pragma once

#include "common/model/release.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/network.h"
#include "tests/simulation/trace.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gulou::simulation {

class SimPublisher : public Peer {
 public:
  struct Parts {
    Schedule& schedule;
    Random& random;
    SimNetwork& network;
    Checker& checker;
    const Trace& trace;
    const Options& options;
  };

  SimPublisher(Parts parts, std::string name);

  void start();
  // Has its next idea; nothing while too much is unanswered.
  void idea();

  // Every submission is answered.
  bool quiet() const { return open_.empty(); }

  const std::string& name() const { return name_; }

  void on_link_up() override;
  void on_link_lost() override;
  void on_frames(const Frames& frames) override;

 private:
  enum class Expect : uint8_t {
    accepted,
    conflict,
    duplicate,
    distinct,
    maybe_index_taken,
    withdrawn
  };

  struct Submission {
    std::vector<std::string> parts;  // canonical JSON
    std::vector<Release> releases;
    wire::WithdrawRequest
        withdrawal;  // of the first of the releases, where `withdrawn` is expected
    Expect expect = Expect::accepted;
    Mono sent;
  };

  // What this publisher knows of one of its publications.
  struct Publication {
    Release newest;
    Seq first;           // its first entry
    int unanswered = 0;  // submissions about it
    bool ended = false;  // we withdrew it for good
  };

  Release draft();
  void place_in_time(Release& release);
  bool new_bundle();
  bool revise();
  bool resubmit();
  bool conflict();
  bool duplicate();
  bool withdraw();
  const std::string* some_publication();
  void submit(std::vector<Release> releases, Expect expect);
  void open(Submission submission);
  bool is_expected(const Submission& submission,
                   const wire::Accepted* accepted,
                   const std::string& reason) const;
  void send(uint64_t correlation);
  void check_open();
  void done(uint64_t correlation, const wire::Accepted* accepted, const wire::Refused* refused);

  Now now() const { return parts_.schedule.now(); }

  Parts parts_;
  std::string name_;
  bool connected_ = false;
  uint64_t last_id_ = 0;
  uint64_t last_correlation_ = 0;
  std::map<uint64_t, Submission> open_;
  std::vector<Submission> accepted_;
  std::map<std::string, Publication> publications_;
};

}  // namespace gulou::simulation
