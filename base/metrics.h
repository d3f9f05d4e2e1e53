// Metrics in Prometheus' form, and the port they are read from. Names and labels are literals,
// codes and ids of agencies; never ids of referrals or people (they would be personal data, and
// without bound).
//
// Counter, Gauge and Histogram are handles: copy them freely, use them from any thread while their
// Metrics lives. Get them once, at construction; using one is an atomic addition.
#ifndef AMANA_BASE_METRICS_H_
#define AMANA_BASE_METRICS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace prometheus {
class Counter;
class Exposer;
class Gauge;
class Histogram;
class Registry;
}  // namespace prometheus

namespace amana {

class Counter {
 public:
  void Add(double by = 1) const;  // not negative
  double value() const;

 private:
  friend class Metrics;
  explicit Counter(prometheus::Counter* counter) : counter_(counter) {}
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  void Set(double value) const;
  void Add(double by) const;
  double value() const;

 private:
  friend class Metrics;
  explicit Gauge(prometheus::Gauge* gauge) : gauge_(gauge) {}
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  void Observe(double value) const;
  void Observe(absl::Duration value) const;  // in seconds

 private:
  friend class Metrics;
  explicit Histogram(prometheus::Histogram* histogram) : histogram_(histogram) {}
  prometheus::Histogram* histogram_;
};

// 100 µs to 10 s.
std::vector<double> LatencyBuckets();

// Thread-safe. The same name and labels give the same metric, whenever asked. An invalid name, or
// one name for two kinds of metric, is a bug and ends the process.
class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter GetCounter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge GetGauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // `buckets` are ascending upper bounds, and matter only the first time.
  Histogram GetHistogram(const std::string& name, const std::string& help,
                         const Labels& labels = {},
                         const std::vector<double>& buckets = LatencyBuckets());

  std::string Text() const;  // in Prometheus' text format

 private:
  friend class MetricsServer;
  std::shared_ptr<prometheus::Registry> registry_;
};

// Serves GET /metrics over plain HTTP while it lives.
class MetricsServer {
 public:
  // `address` is "127.0.0.1:9464"; port 0 takes a free one. Error: IO_ERROR naming the address.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(const Metrics& metrics,
                                                              const std::string& address);
  ~MetricsServer();
  int port() const;

 private:
  MetricsServer();
  std::unique_ptr<prometheus::Exposer> exposer_;
};

// A TCP port of 127.0.0.1 that was free a moment ago. Error: those of ErrnoError.
absl::StatusOr<int> FreeLoopbackPort();

}  // namespace amana

#endif  // AMANA_BASE_METRICS_H_
