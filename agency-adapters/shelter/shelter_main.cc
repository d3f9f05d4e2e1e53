// amana-shelter: the adapter of a shelter (docs/integrator/shelter.md).
#include "agency-adapters/runtime/program.h"
#include "agency-adapters/shelter/adapter.h"

int main(int argc, char** argv) {
  return amana::runtime::RunAdapter("amana-shelter", argc, argv, amana::shelter::FactoryOf);
}
