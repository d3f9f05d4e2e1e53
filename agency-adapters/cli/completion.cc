#include "agency-adapters/cli/completion.h"

#include <algorithm>

#include "agency-adapters/cli/commands.h"

namespace amana::cli {
namespace {

// The first line, without what would end a quoted word of a shell.
std::string OneLine(const std::string& help) {
  std::string line = help.substr(0, help.find('\n'));
  std::erase_if(line, [](char c) { return c == '\'' || c == '"' || c == '`' || c == '$'; });
  return line;
}

void AddOptions(const CLI::App& app, CompletionNode& node) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      node.words.push_back("--" + name);
      node.helps.push_back(OneLine(option->get_description()));
    }
  }
}

void Walk(const CLI::App& app, const std::string& path, std::vector<const CLI::App*> parents,
          std::vector<CompletionNode>& tree) {
  CompletionNode node{path, {}, {}};
  const auto subcommands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : subcommands) {
    node.words.push_back(sub->get_name());
    node.helps.push_back(OneLine(sub->get_description()));
  }
  AddOptions(app, node);
  // Options of the root may stand anywhere; its --help and --version are the command's own.
  for (const CLI::App* parent : parents) {
    CompletionNode inherited;
    AddOptions(*parent, inherited);
    for (size_t i = 0; i < inherited.words.size(); ++i) {
      const std::string& word = inherited.words[i];
      if (word == "--version" || std::ranges::find(node.words, word) != node.words.end()) continue;
      node.words.push_back(word);
      node.helps.push_back(inherited.helps[i]);
    }
  }
  tree.push_back(std::move(node));
  parents.push_back(&app);
  for (const CLI::App* sub : subcommands) {
    Walk(*sub, path + " " + sub->get_name(), parents, tree);
  }
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// For zsh's _describe: "word:help", colons of the word escaped.
std::string Described(const CompletionNode& node) {
  std::string text;
  for (size_t i = 0; i < node.words.size(); ++i) {
    text += "'" + node.words[i] + ":" + node.helps[i] + "' ";
  }
  return text;
}

struct Options {};

}  // namespace

std::vector<CompletionNode> CompletionTree(const CLI::App& root) {
  std::vector<CompletionNode> tree;
  Walk(root, root.get_name(), {}, tree);
  return tree;
}

std::string BashCompletion(const CLI::App& root) {
  std::string cases;
  for (const CompletionNode& node : CompletionTree(root)) {
    cases += "    '" + node.path + "') words='" + Joined(node.words) + "' ;;\n";
  }
  return "# bash completion for amana; load with: source <(amana completion bash)\n"
         "_amana() {\n"
         "  local path=amana word words i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    word=${COMP_WORDS[i]}\n"
         "    case $word in -*) ;; *) _amana_has \"$path\" \"$word\" && path+=\" $word\" ;; esac\n"
         "  done\n"
         "  words=$(_amana_words \"$path\")\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "_amana_has() { case \" $(_amana_words \"$1\") \" in *\" $2 \"*) true ;; *) false ;; "
         "esac; "
         "}\n"
         "_amana_words() {\n"
         "  local words=\n"
         "  case $1 in\n" +
         cases +
         "  esac\n"
         "  printf '%s' \"$words\"\n"
         "}\n"
         "complete -o default -F _amana amana\n";
}

std::string ZshCompletion(const CLI::App& root) {
  std::string cases;
  for (const CompletionNode& node : CompletionTree(root)) {
    cases += "    '" + node.path + "') entries=(" + Described(node) + ") ;;\n";
  }
  return "#compdef amana\n"
         "# zsh completion for amana; load with: source <(amana completion zsh)\n"
         "_amana_entries() {\n"
         "  entries=()\n"
         "  case $1 in\n" +
         cases +
         "  esac\n"
         "}\n"
         "_amana() {\n"
         "  local path_=amana word\n"
         "  local -a entries\n"
         "  for word in ${words[2,CURRENT-1]}; do\n"
         "    _amana_entries \"$path_\"\n"
         "    [[ $word != -* && -n ${(M)entries:#$word:*} ]] && path_+=\" $word\"\n"
         "  done\n"
         "  _amana_entries \"$path_\"\n"
         "  _describe -t commands amana entries || _files\n"
         "}\n"
         "compdef _amana amana\n";
}

void RegisterCompletion(CLI::App& root, Context& context) {
  CLI::App* completion = root.add_subcommand("completion", "Shell completion scripts");
  completion->require_subcommand(1);
  AddCommand<Options>(
      *completion, context, "bash", "Print the completion script for bash",
      "  source <(amana completion bash)\n"
      "  amana completion bash > /etc/bash_completion.d/amana\n",
      [](CLI::App&, Options&) {},
      [&root](Context&, const Options&) -> Result {
        const std::string script = BashCompletion(root);
        return Report{script, Json{{"script", script}}};
      });
  AddCommand<Options>(
      *completion, context, "zsh", "Print the completion script for zsh",
      "  source <(amana completion zsh)\n", [](CLI::App&, Options&) {},
      [&root](Context&, const Options&) -> Result {
        const std::string script = ZshCompletion(root);
        return Report{script, Json{{"script", script}}};
      });
}

}  // namespace amana::cli
