// The figures of the spine, one function each. Each measures the machine's limits before and after
// itself in the same run and writes them, too, since the disk drifts; a figure is judged by its
// ratio to the mean of both.
#pragma once

#include "tests/bench/figure.h"
#include "tests/bench/options.h"

namespace gulou::bench {

void measure_limits(const Options& options, Book& book);
void measure_ingest(const Options& options, Book& book);
void measure_approvals(const Options& options, Book& book);
void measure_fanout(const Options& options, Book& book);
void measure_paced(const Options& options, Book& book);
void measure_catchup(const Options& options, Book& book);
void measure_fleet(const Options& options, Book& book);
void measure_site(const Options& options, Book& book);
void measure_store(const Options& options, Book& book);

// A limit taken twice, around what is held against it: the mean, and how far the two lie apart.
template <class Measure, class Limit>
void hold_against(
    const Options& options, Book& book, Figure& figure, Limit limit, Measure measure) {
  const Figure before = limit();
  measure(figure);
  const Figure after = options.smoke() ? before : limit();
  book.add(before);
  book.add(after);
  figure.limit = before.name;
  figure.limit_value = (before.value + after.value) / 2;
  figure.parameters.emplace_back("limit_drift", after.value / before.value);
  book.add(figure);
}

}  // namespace gulou::bench
