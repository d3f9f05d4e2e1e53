// Whom an agency seals a referral to when the broker has chosen them, without a person's word: the
// table [wraps] of agency.toml (identity.h). Nobody, where it is not there. Value type.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_WRAP_POLICY_H_
#define AMANA_AGENCY_ADAPTERS_SDK_WRAP_POLICY_H_

#include <vector>

#include "base/config.h"
#include "base/ids.h"
#include "proto/codes/codes.h"

namespace amana::sdk {

struct WrapPolicy {
  std::vector<AgencyId> agencies;
  codes::AgencyKindSet kinds;

  bool Names(const AgencyId& agency) const;
};

// What is wrong in it is the reader's finding, as with any other setting.
WrapPolicy ReadWrapPolicy(const ConfigTable& wraps);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_WRAP_POLICY_H_
