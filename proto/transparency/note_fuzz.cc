// Signed notes, checkpoints and verifier keys: each has one spelling, and nobody's text is believed
// but the one that the log signed.
#include <string>

#include "base/status.h"
#include "proto/crypto/ed25519.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/cosignature.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/note.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

using transparency::Checkpoint;
using transparency::NoteVerifier;

constexpr absl::StatusCode kMalformed = absl::StatusCode::kInvalidArgument;
constexpr std::string_view kOrigin = "log.synthetic.example";

crypto::Ed25519PrivateKey Key(char seed) {
  return crypto::Ed25519PrivateKey::FromSeed(crypto::Secret(std::string(32, seed))).value();
}

const transparency::NoteSigner& Log() {
  static const auto* const log =
      new transparency::NoteSigner(transparency::NoteSigner::Create(kOrigin, Key('l')).value());
  return *log;
}

const transparency::Cosigner& Witness() {
  static const auto* const witness = new transparency::Cosigner(
      transparency::Cosigner::Create("witness.synthetic.example", Key('w')).value());
  return *witness;
}

std::string SignedText() {
  return Checkpoint::Create(kOrigin, 7, transparency::HashLeaf("x"), {"extension"})->Text();
}

std::string SignedNote() {
  const std::string text = SignedText();
  return transparency::FormatNote({text, {*Log().Sign(text), *Witness().Cosign(text, 1930000000)}})
      .value();
}

bool CheckNote(std::string_view bytes) {
  const auto note = transparency::ParseNote(bytes);
  if (!note.ok()) return RequireRefusal(note.status(), kMalformed);
  const auto written = transparency::FormatNote(*note);
  Require(written.ok() && *written == bytes, "a note has one spelling");
  return true;
}

bool CheckOpen(std::string_view bytes) {
  const std::vector<NoteVerifier> witnesses = {Witness().verifier()};
  const auto opened = transparency::OpenCheckpoint(bytes, Log().verifier(), witnesses);
  if (!opened.ok()) return RequireReason(opened.status());
  Require(opened->checkpoint.Text() == SignedText(), "only the text that was signed is believed");
  Require(opened->witnesses.size() <= 1 &&
              (opened->witnesses.empty() || opened->witnesses[0].unix_seconds == 1930000000),
          "only the cosignature that was made counts");
  return true;
}

bool CheckCheckpoint(std::string_view text) {
  const auto checkpoint = Checkpoint::Parse(text);
  if (!checkpoint.ok()) return RequireRefusal(checkpoint.status(), kMalformed);
  Require(checkpoint->Text() == text, "a checkpoint has one spelling");
  Require(checkpoint->size() != 0 || checkpoint->root() == transparency::EmptyRoot(),
          "an empty tree has one root");
  return true;
}

bool CheckKey(std::string_view text) {
  const auto key = NoteVerifier::Parse(text);
  if (!key.ok()) return RequireRefusal(key.status(), kMalformed);
  Require(key->vkey() == text, "a verifier key has one spelling");
  return true;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = new std::vector<std::string>{
      '\0' + SignedNote(), '\1' + SignedNote(), '\2' + SignedText(), '\3' + Log().verifier().vkey(),
      '\3' + Witness().verifier().vkey()};
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  switch (input.Choice(4)) {
    case 0:
      return CheckNote(input.Rest());
    case 1:
      return CheckOpen(input.Rest());
    case 2:
      return CheckCheckpoint(input.Rest());
    default:
      return CheckKey(input.Rest());
  }
}

}  // namespace amana::fuzz
