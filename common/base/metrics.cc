#include "common/base/metrics.h"

#include <set>

namespace gulou {

Metrics::Entry& Metrics::add(std::string_view name,
                             std::string_view help,
                             std::string_view labels,
                             bool counter) {
  for (Entry& entry : entries_) {
    if (entry.name == name && entry.labels == labels) {
      return entry;
    }
  }
  Entry& entry = entries_.emplace_back();
  entry.name = name;
  entry.help = help;
  entry.labels = labels;
  entry.is_counter = counter;
  return entry;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, std::string_view labels) {
  return add(name, help, labels, true).counter;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, std::string_view labels) {
  return add(name, help, labels, false).gauge;
}

std::string Metrics::text() const {
  std::string page;
  std::set<std::string> seen;
  for (const Entry& first : entries_) {
    if (!seen.insert(first.name).second) {
      continue;
    }
    page += "# HELP " + first.name + ' ' + first.help + '\n';
    page += "# TYPE " + first.name + (first.is_counter ? " counter\n" : " gauge\n");
    for (const Entry& entry : entries_) {
      if (entry.name != first.name) {
        continue;
      }
      page += entry.name + (entry.labels.empty() ? "" : '{' + entry.labels + '}') + ' ';
      page += entry.is_counter ? std::to_string(entry.counter.value())
                               : std::to_string(entry.gauge.value());
      page += '\n';
    }
  }
  return page;
}

}  // namespace gulou
