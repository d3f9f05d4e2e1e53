// Reads a registry (registry.h has the form). Of this room only.
#ifndef AMANA_BROKER_IDENTITY_REGISTRY_BUILDER_H_
#define AMANA_BROKER_IDENTITY_REGISTRY_BUILDER_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/config.h"
#include "base/durable_file.h"
#include "broker/identity/registry.h"
#include "proto/crypto/sha256.h"

namespace amana::identity {

// Used once, by one thread.
class RegistryBuilder {
 public:
  RegistryBuilder(FileSystem& files, const std::string& path) : files_(files), path_(path) {}
  absl::StatusOr<std::shared_ptr<const Registry>> Build();

 private:
  void ReadRoot(const ConfigTable& table);
  void ReadCoordinating(const ConfigTable& table);  // after the agencies
  // None when there is a finding that makes its certificates unreadable.
  std::optional<AgencyId> ReadAgency(const ConfigTable& table);
  bool ReadIssuingCas(const ConfigTable& table, const AgencyId& agency);
  void ReadCertificates(const ConfigTable& table, const AgencyId& agency);
  void AddCertificate(const ConfigTable& table, const AgencyId& agency,
                      const crypto::Certificate& certificate, const std::string& file);

  // The certificates of a PEM file; none after a finding about `key`.
  std::vector<crypto::Certificate> ReadPem(const ConfigTable& table, std::string_view key,
                                           const std::string& file);
  void Hash(std::string_view name, std::string_view content);

  FileSystem& files_;
  const std::string path_;
  crypto::Sha256Hasher hasher_;
  std::shared_ptr<Registry> registry_;
};

}  // namespace amana::identity

#endif  // AMANA_BROKER_IDENTITY_REGISTRY_BUILDER_H_
