// Shell completion scripts, made from the tree of commands itself so that they cannot lag behind.
// Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_COMPLETION_H_
#define AMANA_AGENCY_ADAPTERS_CLI_COMPLETION_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace amana::cli {

// What may follow one command: its subcommands and options, those of its parents included.
struct CompletionNode {
  std::string path;                // "amana referral new"
  std::vector<std::string> words;  // "send", "--json", ...
  std::vector<std::string> helps;  // one line each, as the words
};
std::vector<CompletionNode> CompletionTree(const CLI::App& root);

std::string BashCompletion(const CLI::App& root);
std::string ZshCompletion(const CLI::App& root);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_COMPLETION_H_
