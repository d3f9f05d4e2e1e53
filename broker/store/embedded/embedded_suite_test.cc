#include "broker/store/embedded/testing.h"
#include "broker/store/suite.h"

namespace amana::store {
namespace {

std::unique_ptr<StoreWorld> MakeWorld() { return std::make_unique<EmbeddedWorld>(); }

// Every work runs at least twice, as the contract allows.
std::unique_ptr<StoreWorld> MakeRehearsingWorld() {
  return std::make_unique<EmbeddedWorld>(
      [](EmbeddedOptions& options) { options.rehearse_works = true; });
}

INSTANTIATE_TEST_SUITE_P(Embedded, StoreSuite, testing::Values(&MakeWorld));
INSTANTIATE_TEST_SUITE_P(Rehearsed, StoreSuite, testing::Values(&MakeRehearsingWorld));

}  // namespace
}  // namespace amana::store
