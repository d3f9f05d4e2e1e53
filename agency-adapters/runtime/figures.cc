#include "agency-adapters/runtime/figures.h"

namespace amana::runtime {
namespace {

constexpr char kWaiting[] = "amana_adapter_waiting";
constexpr char kWaitingHelp[] = "What waits, by where";

}  // namespace

Figures::Figures(Metrics& metrics)
    : metrics_(metrics),
      taken_(metrics.GetCounter("amana_adapter_items_taken_total",
                                "Items that the native side showed and that were looked at")),
      queued_(metrics.GetCounter("amana_adapter_items_queued_total",
                                 "Items that were signed and put into the outbox")),
      written_(metrics.GetCounter("amana_adapter_deliveries_written_total",
                                  "Deliveries that the native side has taken")),
      failed_(metrics.GetCounter("amana_adapter_attempts_failed_total",
                                 "Attempts that will be made again")),
      died_(metrics.GetCounter("amana_adapter_dead_letters_total", "Items that became letters")),
      items_(metrics.GetGauge(kWaiting, kWaitingHelp, {{"where", "items"}})),
      outbox_(metrics.GetGauge(kWaiting, kWaitingHelp, {{"where", "outbox"}})),
      deliveries_(metrics.GetGauge(kWaiting, kWaitingHelp, {{"where", "deliveries"}})),
      dead_(metrics.GetGauge(kWaiting, kWaitingHelp, {{"where", "dead_letters"}})),
      oldest_(metrics.GetGauge("amana_adapter_oldest_seconds",
                               "Age of the oldest item or delivery that waits")) {}

void Figures::Show(const HealthReport& report) {
  items_.Set(static_cast<double>(report.waiting.items));
  outbox_.Set(static_cast<double>(report.waiting.queued));
  deliveries_.Set(static_cast<double>(report.waiting.deliveries));
  dead_.Set(static_cast<double>(report.waiting.dead));
  oldest_.Set(absl::ToDoubleSeconds(report.waiting.oldest));
  for (const HealthLine& line : report.lines) {
    metrics_.GetGauge("amana_adapter_healthy", "Each check: 1 is well", {{"check", line.name}})
        .Set(line.ok ? 1 : 0);
  }
}

}  // namespace amana::runtime
