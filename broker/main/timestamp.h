// The timestamp authority of the configuration.
#ifndef AMANA_BROKER_MAIN_TIMESTAMP_H_
#define AMANA_BROKER_MAIN_TIMESTAMP_H_

#include <memory>

#include "absl/status/statusor.h"
#include "broker/audit/timestamper.h"
#include "broker/main/config.h"

namespace amana::broker {

// Null where none is configured. Each change between being stamped and each reason for not is
// logged. Neither pointer is owned. Errors: of reading the roots, of http::Client::Create.
absl::StatusOr<std::unique_ptr<audit::Timestamper>> OpenTimestamper(const Config& config,
                                                                    const store::Store* store,
                                                                    audit::TimestampFiles* files);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_TIMESTAMP_H_
