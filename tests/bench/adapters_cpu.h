// Processor time of this thread, of this process, and of all processes that it started; and the
// disk.
#ifndef AMANA_TESTS_BENCH_ADAPTERS_CPU_H_
#define AMANA_TESTS_BENCH_ADAPTERS_CPU_H_

namespace amana::tests {

struct CpuSeconds {
  double thread = 0;
  double process = 0;

  static CpuSeconds Now();
};

// Of the processes that this one started, and of their children, as far as /proc still knows; to a
// tick, 10 ms.
double ChildrenCpuSeconds();

// Appends of 2 KiB to a temporary file, each with fdatasync, for half a second.
double FsyncsPerSecond();

}  // namespace amana::tests

#endif  // AMANA_TESTS_BENCH_ADAPTERS_CPU_H_
