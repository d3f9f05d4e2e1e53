// What the rows of the tamper matrix are made of.
#ifndef AMANA_TESTS_CONFORMANCE_TAMPER_ROW_H_
#define AMANA_TESTS_CONFORMANCE_TAMPER_ROW_H_

#include <functional>
#include <string>
#include <vector>

#include "agency-adapters/sdk/identity.h"
#include "proto/transparency/note.h"

namespace amana::tests {

// What there is to tamper with.
struct TamperScene {
  std::string folder;   // a copy of the sender's mirror, made for this row
  std::string older;    // a mirror of the same log as it was earlier; not to be changed
  std::string receipt;  // a file: a receipt of the sender's
  std::string work;     // an empty folder for whatever the row needs
  std::string signer;   // hex fingerprint of the certificate that signed the sender's statements
  const transparency::NoteSigner* log;  // with the log's real key
};

struct TamperRow {
  const char* name;
  const char* check;  // which must fail; "DOWNLOAD": already the mirror refuses
  const char* verdict;
  // Does it; returns further arguments of `amana audit verify`.
  std::function<std::vector<std::string>(const TamperScene&)> tamper;
  bool held = true;  // verified against what the sender's mailbox holds
};

// In the log's files, without its key; with it; in what is shown and held.
std::vector<TamperRow> FileRows();
std::vector<TamperRow> ResignedRows();
std::vector<TamperRow> EvidenceRows();

// An evidence bundle, and who could change it.
struct BundleScene {
  std::string file;                       // what it holds
  std::string other;                      // another one, of another referral of the same sender
  std::string mirror;                     // a copy of the folder that it was made from
  sdk::SigningIdentity signer, stranger;  // who made it; another agency of the federation
  const transparency::NoteSigner* log;    // with the log's real key
};

struct BundleRow {
  std::string name;
  const char* check;
  const char* verdict;
  std::function<std::string(const BundleScene&)> tamper;  // the file as it is now
};
std::vector<BundleRow> BundleRows();

}  // namespace amana::tests

#endif  // AMANA_TESTS_CONFORMANCE_TAMPER_ROW_H_
