// The tables of the embedded store; what each is for is said in the scripts.
#ifndef AMANA_BROKER_STORE_EMBEDDED_SCHEMA_H_
#define AMANA_BROKER_STORE_EMBEDDED_SCHEMA_H_

#include <span>
#include <string_view>

namespace amana::store::embedded {

// For sqlite::Migrate: script i leads from version i to i + 1. A released one is never changed.
std::span<const std::string_view> SchemaScripts();

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_SCHEMA_H_
