#include "tests/bench/figure.h"

#include <algorithm>
#include <cstdio>

namespace gulou::bench {
namespace {

const char* verdict(const Goal& goal, double judged) {
  const auto good = [&](double bound) { return goal.at_least ? judged >= bound : judged <= bound; };
  return good(goal.goal) ? "goal" : good(goal.required) ? "required" : "MISSED";
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Figure::judged() const {
  return limit.empty() ? value : limit_value > 0 ? value / limit_value : 0;
}

double Samples::quantile_ms(double share) const {
  if (seconds_.empty()) {
    return 0;
  }
  if (sorted_ != seconds_.size()) {
    std::sort(seconds_.begin(), seconds_.end());
    sorted_ = seconds_.size();
  }
  const auto at = static_cast<size_t>(share * static_cast<double>(seconds_.size() - 1) + 0.5);
  return seconds_[at] * 1000;
}

void Book::add(Figure figure) {
  std::printf("{\"figure\":\"%s\",\"value\":%.4g,\"unit\":\"%s\"",
              figure.name.c_str(),
              figure.value,
              figure.unit.c_str());
  if (figure.p50_ms) {
    std::printf(",\"p50_ms\":%.3f,\"p99_ms\":%.3f", *figure.p50_ms, figure.p99_ms.value_or(0));
  }
  if (!figure.limit.empty()) {
    std::printf(",\"limit\":\"%s\",\"limit_value\":%.4g,\"ratio\":%.3f",
                figure.limit.c_str(),
                figure.limit_value,
                figure.judged());
  }
  if (figure.goal) {
    std::printf(",\"required\":%g,\"goal\":%g,\"at_least\":%s,\"verdict\":\"%s\"",
                figure.goal->required,
                figure.goal->goal,
                figure.goal->at_least ? "true" : "false",
                verdict(*figure.goal, figure.judged()));
  }
  for (const auto& [name, value] : figure.parameters) {
    std::printf(",\"%s\":%.6g", name.c_str(), value);
  }
  std::printf("}\n");
  std::fflush(stdout);
  figures_.push_back(std::move(figure));
}

void Book::print_table() const {
  std::fprintf(stderr,
               "\n%-26s %12s %-12s %-24s %8s %9s %7s  %s\n",
               "figure",
               "value",
               "unit",
               "limit",
               "judged",
               "required",
               "goal",
               "");
  std::vector<std::string> seen;
  for (const Figure& first : figures_) {
    if (std::find(seen.begin(), seen.end(), first.name) != seen.end()) {
      continue;
    }
    seen.push_back(first.name);
    std::vector<double> values;
    std::vector<double> judged;
    for (const Figure& one : figures_) {
      if (one.name == first.name) {
        values.push_back(one.value);
        judged.push_back(one.judged());
      }
    }
    std::fprintf(
        stderr, "%-26s %12.4g %-12s ", first.name.c_str(), median(values), first.unit.c_str());
    if (!first.goal) {
      std::fprintf(stderr, "\n");
      continue;
    }
    std::fprintf(stderr,
                 "%-24s %8.3f %s%7g %7g  %s\n",
                 first.limit.c_str(),
                 median(judged),
                 first.goal->at_least ? ">=" : "<=",
                 first.goal->required,
                 first.goal->goal,
                 verdict(*first.goal, median(judged)));
  }
}

}  // namespace gulou::bench
