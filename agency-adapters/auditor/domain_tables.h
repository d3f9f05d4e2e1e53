// The decision tables of broker/domain as they were when this was built, whole.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_DOMAIN_TABLES_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_DOMAIN_TABLES_H_

namespace amana::auditor {

extern const char kTaskTransitions[];
extern const char kDeliveryTransitions[];
extern const char kHandoverTransitions[];

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_DOMAIN_TABLES_H_
