// amana-foreign-affairs: the adapter of a ministry of foreign affairs
// (docs/integrator/foreign-affairs.md).
#include "agency-adapters/foreign-affairs/adapter.h"
#include "agency-adapters/runtime/program.h"

int main(int argc, char** argv) {
  return amana::runtime::RunAdapter("amana-foreign-affairs", argc, argv,
                                    amana::foreign_affairs::FactoryOf);
}
