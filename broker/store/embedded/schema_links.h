// The script of schema.cc for parents, groups and families.
#ifndef AMANA_BROKER_STORE_EMBEDDED_SCHEMA_LINKS_H_
#define AMANA_BROKER_STORE_EMBEDDED_SCHEMA_LINKS_H_

#include <string_view>

namespace amana::store::embedded {

// What a referral has to do with others. Empty: nothing, as most.
inline constexpr std::string_view kLinksScript = R"sql(
ALTER TABLE referral ADD COLUMN parent_sender TEXT NOT NULL DEFAULT '';
ALTER TABLE referral ADD COLUMN parent_id BLOB NOT NULL DEFAULT x'';
ALTER TABLE referral ADD COLUMN parent_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE referral ADD COLUMN group_id BLOB NOT NULL DEFAULT x'';
ALTER TABLE referral ADD COLUMN family_id BLOB NOT NULL DEFAULT x'';
CREATE INDEX referral_group ON referral (group_id) WHERE group_id <> x'';
CREATE INDEX referral_family ON referral (family_id) WHERE family_id <> x'';
)sql";

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_SCHEMA_LINKS_H_
