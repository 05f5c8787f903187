// The nouns of `gulou`: what each command does, without the command line. Each noun has a .cc file
// of its name; `gulou publish` and `gulou init` have headers of their own. All run on the main
// thread, print through the shell and return what a script sees.
#pragma once

#include "broker/cli/shell.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gulou::cli {

struct Page {
  uint64_t limit = 0;   // 0: as many as fit a screen; with --json all, within reason
  uint64_t before = 0;  // seq; 0: from the newest
};

Exit list_releases(const Shell& shell, const Page& page);
Exit show_release(const Shell& shell, const std::string& selector);
Exit find_releases(const Shell& shell, const std::string& text, uint64_t limit);

Exit list_channels(const Shell& shell);
Exit show_channel(const Shell& shell, const std::string& id);

struct ChannelDecision {
  std::string verb;     // pause, resume, retire
  std::string channel;  // empty with all
  bool all = false;
  std::string reason;
  bool yes = false;  // retire: without it, says what it would do
};

Exit decide_channel(const Shell& shell, const ChannelDecision& decision);

struct GateOpening {
  std::string release;  // a selector
  std::string channel;
  std::string reason;
};

Exit open_gate(const Shell& shell, const GateOpening& opening);

struct TakedownFilter {
  bool open = false;  // only those with a place that is not confirmed
  uint64_t limit = 0;
  uint64_t before = 0;
};

Exit list_takedowns(const Shell& shell, const TakedownFilter& filter);
// seq: "#12" or "12".
Exit show_takedown(const Shell& shell, const std::string& seq);

struct ConfirmationDecision {
  std::string no;
  bool gives = false;
  std::string reason;
  bool yes = false;
};

Exit list_confirmations(const Shell& shell, bool open);
Exit show_confirmation(const Shell& shell, const std::string& no);
Exit decide_confirmation(const Shell& shell, const ConfirmationDecision& decision);

struct DeliveryFilter {
  std::string state;    // waiting, confirming, leased, parked; empty: all that are open
  std::string channel;  // empty: all
  std::string after;    // CHANNEL/SEQ
  uint64_t limit = 0;
};

Exit list_deliveries(const Shell& shell, const DeliveryFilter& filter);
Exit show_delivery(const Shell& shell, const std::string& id);
Exit retry_delivery(const Shell& shell, const std::string& id, const std::string& reason);

struct Cancel {
  std::string id;
  std::string reason;
  bool yes = false;  // without it: says what it would do
};

Exit cancel_delivery(const Shell& shell, const Cancel& cancel);

// What a person did or found: exactly one of the three.
struct Resolution {
  std::string id;
  std::string published;  // the address where it is
  bool removed = false;
  bool not_published = false;
  std::string reason;
  std::string proof;  // a file that shows it
};

Exit resolve_delivery(const Shell& shell, const Resolution& resolution);

// "out", "column", "from", "to", "sample", "seed". words: of the program that does it where no
// broker runs.
using EvidenceOptions = std::map<std::string, std::string>;
Exit export_evidence(const Shell& shell,
                     const std::vector<std::string>& releases,
                     const EvidenceOptions& options,
                     const std::vector<std::string>& words);

Exit list_kinds(const Shell& shell);
Exit show_kind(const Shell& shell, const std::string& name);

// file: a path, or "-" for standard input.
Exit normalise_file(const Shell& shell, const std::string& file);

struct Preview {
  std::string file;  // as `gulou publish` takes them, a bundle's directory too; or #12, a document
                     // number or whatever else names a release the broker has
  std::string as = "landscape";
  int64_t minutes = 15;  // then it ends by itself
};

// Shows on a screen's own page, or as a sheet of a notice board, how a file or release will look.
Exit preview_file(const Shell& shell, const Preview& preview);

struct BoardQuestion {
  std::string verb;  // run, list, link, revoke
  std::string area;
  std::string board;
  std::string out;
};

// Asks gulou-board about the notice boards, in place of this process.
Exit ask_board(const Shell& shell, const BoardQuestion& question);

// person: empty for everybody.
Exit test_notify(const Shell& shell, const std::string& person);

Exit status(const Shell& shell);
Exit doctor(const Shell& shell);
// Until every channel has all there is, or seconds have passed.
Exit wait_for_all(const Shell& shell, int64_t seconds);

struct AdapterCheck {
  std::vector<std::string> command;
  std::string look;     // a shell command that prints what readers of the channel see
  int64_t seconds = 0;  // an answer may take; 0: as usual
};

// Runs the conformance test against an adapter in any language, in place of this process.
Exit check_adapter(const Shell& shell, const AdapterCheck& check);

// Runs a program of Gulou in place of this process.
Exit run_beside(const Shell& shell,
                const std::string& program,
                const std::vector<std::string>& words);
// Runs `gulou-broker --home HOME WORDS` in place of this process.
Exit run_broker(const Shell& shell, const std::vector<std::string>& words);

Exit version(const Shell& shell);

}  // namespace gulou::cli
