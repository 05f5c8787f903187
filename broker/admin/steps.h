// Steps are what a person should do about a delivery, in order, each a sentence of the catalogue
// with the command to type. A reason may have a step of its own, "step_<reason>"; without one the
// class of the outcome says what to do. Pure; any thread.
#pragma once

#include "broker/admin/answers.h"
#include "broker/admin/holds.h"

#include <optional>

namespace gulou {

// gate: what a pending one waits for. Writes the member "steps"; empty where nothing is to be done.
void append_steps(JsonWriter& json,
                  const Exchange& exchange,
                  const DeliveryLine& line,
                  const std::optional<GateWait>& gate = std::nullopt);

}  // namespace gulou
