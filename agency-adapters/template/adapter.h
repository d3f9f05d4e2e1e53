// The adapter to begin with (docs/integrator/connect-in-an-afternoon.md): an agency that has its
// cases as JSON forms in a folder, which [native] names as `folder`, with four in it:
//   in/       NUMBER.json, put there by a rename, 256 KiB at most: {"number": ..., "kind": ...,
//             "fields": {...}} and about, code, categories, words where the kind has them
//   done/     NUMBER.json: what became of it; it is shown no more
//   refused/  NUMBER.json: why not; whoever mends the form deletes this, and it is shown again
//   out/      amana~KEY.json for each delivery, and the memory of what was written: the agency may
//             empty a file that it has read, and deletes none
#ifndef AMANA_AGENCY_ADAPTERS_TEMPLATE_ADAPTER_H_
#define AMANA_AGENCY_ADAPTERS_TEMPLATE_ADAPTER_H_

#include "agency-adapters/runtime/adapter.h"

namespace amana::forms {

runtime::AdapterOpener FactoryOf(const ConfigTable& native);

}  // namespace amana::forms

#endif  // AMANA_AGENCY_ADAPTERS_TEMPLATE_ADAPTER_H_
