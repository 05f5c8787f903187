// `gulou approve`: signs the bundle digest of a file with a person's key, or takes the scan of a
// sheet that was signed by hand, and leaves the approval beside the file, where `gulou publish`
// takes it along. Any change of the file afterwards voids it. Needs no broker, but where a phone
// brings the sheet. Main thread; reads and writes the disk.
#pragma once

#include "broker/cli/shell.h"

#include <string>
#include <vector>

namespace gulou::cli {

struct ApproveOptions {
  std::string path;     // a file or the directory of a bundle
  std::string new_key;  // make a key here instead
  std::string key;      // the file with the secret half
  std::string paper;    // or a scan of the signed sheet
  bool phone = false;   // or its photograph, by a link
  std::string role;
  std::string name;
  std::string unit;
  std::string opinion;
  std::string result;
  std::string basis;
  std::string at;  // absent: now
  std::vector<std::string> allows;
  std::vector<std::string> waives;
  std::string kind;
  std::string column;
  std::string defaults;
};

Exit approve(const Shell& shell, const ApproveOptions& options);

// 发布审批单 as a PDF: what is to be approved, its digest as text and QR code, a box for each role.
struct SheetOptions {
  std::string path;
  std::string out;  // absent: beside the file
  std::string kind;
  std::string column;
};

Exit approval_sheet(const Shell& shell, const SheetOptions& options);

}  // namespace gulou::cli
