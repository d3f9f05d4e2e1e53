#include "agency-adapters/cli/import_plan.h"

#include <algorithm>

#include "base/durable_file.h"
#include "base/status.h"
#include "proto/codes/names.h"
#include "proto/crypto/random.h"
#include "proto/crypto/sha256.h"

namespace amana::cli {
namespace {

constexpr size_t kKeySize = 32;

// Length before each part: no two rows have one encoding.
void HashPart(crypto::Sha256Hasher& hasher, std::string_view part) {
  hasher.Update(std::to_string(part.size()) + ":");
  hasher.Update(part);
}

}  // namespace

absl::StatusOr<PlannedRow> PlanRow(const iom::ImportedRow& row, const std::vector<Section>& common,
                                   const std::vector<v1::ServiceType>& services,
                                   absl::CivilDay today, bool incomplete) {
  PlannedRow planned;
  planned.row = row.row;
  if (row.birthdate.has_value()) planned.subject = SubjectFromBirthdate(*row.birthdate, today);
  for (const auto& [category, content] : row.sections) {
    planned.sections.push_back({category, "application/json", content});
  }
  const codes::CategorySet own = CategoriesOf(planned.sections);
  for (const Section& section : common) {
    if (!own.Has(section.category)) planned.sections.push_back(section);
  }
  for (const v1::ServiceType service : services) {
    if (incomplete) break;
    AMANA_RETURN_IF_ERROR(CheckRequired(service, CategoriesOf(planned.sections)));
  }
  return planned;
}

ReferralId RowReferralId(std::string_view key, const iom::ImportedRow& row,
                         std::string_view targets) {
  crypto::Sha256Hasher hasher;
  HashPart(hasher, "amana/import/v1");
  HashPart(hasher, key);
  HashPart(hasher, targets);
  for (const auto& [category, content] : row.sections) {
    HashPart(hasher, codes::CodeName(category));
    HashPart(hasher, content);
  }
  ReferralId id;
  const Digest digest = hasher.Finish();
  std::copy_n(digest.data(), ReferralId::kSize, id.data());
  return id;
}

absl::StatusOr<std::string> ImportKey(const std::string& folder) {
  FileSystem& files = RealFileSystem();
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(folder));
  const std::string path = folder + "/import.key";
  AMANA_ASSIGN_OR_RETURN(const bool exists, files.Exists(path));
  if (!exists) {
    const absl::Status made =
        files.CreateAtomically(path, crypto::RandomBytes(kKeySize), kPrivateFile);
    // Another import may have made it meanwhile: then that one is the key.
    if (!made.ok() && ErrorReason(made) != "FILE_EXISTS") return made;
  }
  return ReadSecretFile(path);
}

}  // namespace amana::cli
