// Processor time of this thread, of this process, and of all processes that it started.
#ifndef AMANA_TESTS_BENCH_ADAPTERS_CPU_H_
#define AMANA_TESTS_BENCH_ADAPTERS_CPU_H_

namespace amana::tests {

struct CpuSeconds {
  double thread = 0;
  double process = 0;
  double children = 0;  // and their children, as far as /proc still knows; to a tick, 10 ms

  static CpuSeconds Now();
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_BENCH_ADAPTERS_CPU_H_
