// Figure is one measured number and what it is held against: a limit of the machine measured in the
// same run, or a plain bound. Book prints each as one JSON line when it comes, remembers them and
// ends with the table. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gulou::bench {

// What the issue asks: at least, or at most, this much.
struct Goal {
  double required = 0;
  double goal = 0;
  bool at_least = true;
};

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<double> p50_ms;
  std::optional<double> p99_ms;
  std::string limit;  // name of the figure it is divided by; empty: the value itself is judged
  double limit_value = 0;
  std::optional<Goal> goal;
  std::vector<std::pair<std::string, double>> parameters;

  // value / limit_value, or the value.
  double judged() const;
};

// Durations in seconds.
class Samples {
 public:
  void add(double seconds) { seconds_.push_back(seconds); }

  size_t size() const { return seconds_.size(); }

  // 0 … 1; 0 where there are none.
  double quantile_ms(double share) const;

  void clear() { seconds_.clear(); }

 private:
  mutable std::vector<double> seconds_;
  mutable size_t sorted_ = 0;
};

class Book {
 public:
  void add(Figure figure);
  // The median of all runs of each figure, against what is required.
  void print_table() const;

  const std::vector<Figure>& figures() const { return figures_; }

 private:
  std::vector<Figure> figures_;
};

double median(std::vector<double> values);

}  // namespace gulou::bench
