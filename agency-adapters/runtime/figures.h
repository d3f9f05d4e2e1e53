// The runtime's metrics (Prometheus). Labels are codes and directions; nobody's id. Thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_FIGURES_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_FIGURES_H_

#include <cstddef>

#include "agency-adapters/runtime/health.h"
#include "base/metrics.h"

namespace amana::runtime {

class Figures {
 public:
  explicit Figures(Metrics& metrics);  // outlives it

  void Taken(size_t items) const { taken_.Add(static_cast<double>(items)); }
  void Queued(size_t items) const { queued_.Add(static_cast<double>(items)); }
  void Written(size_t deliveries) const { written_.Add(static_cast<double>(deliveries)); }
  void Failed(size_t attempts) const { failed_.Add(static_cast<double>(attempts)); }
  void Died(size_t letters) const { died_.Add(static_cast<double>(letters)); }
  // Gauges: waiting, age, each check 1 or 0.
  void Show(const HealthReport& report);

 private:
  Metrics& metrics_;
  Counter taken_, queued_, written_, failed_, died_;
  Gauge items_, outbox_, deliveries_, dead_, oldest_;
};

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_FIGURES_H_
