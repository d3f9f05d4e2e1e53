// amana-police: the adapter of the police (docs/integrator/police.md).
#include "agency-adapters/police/police_adapter.h"
#include "agency-adapters/runtime/program.h"

int main(int argc, char** argv) {
  return amana::runtime::RunAdapter("amana-police", argc, argv, amana::police::PoliceFactory);
}
