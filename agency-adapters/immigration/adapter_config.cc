// Reads [native] of the configuration, apart from what the adapter does.
#include <utility>

#include "agency-adapters/immigration/adapter.h"
#include "agency-adapters/net/sftp_client.h"
#include "base/config.h"
#include "base/status.h"

namespace amana::immigration {
namespace {

std::string Folder(const ConfigTable& native, std::string_view key, std::string fallback) {
  std::string folder = native.String(key, std::move(fallback));
  if (!net::IsRemoteFolder(folder)) native.Refuse(key, "expected a folder on the SFTP server");
  return folder;
}

net::SftpOptions ServerOptions(const ConfigTable& native) {
  net::SftpOptions options;
  options.host = native.String("host");
  options.port = static_cast<int>(native.Int("port", 1, 65535, 22));
  options.user = native.String("user");
  options.key_file = native.Path("key_file");
  options.host_keys = native.StringList("host_keys");
  options.connect_timeout = native.Duration("connect_timeout", absl::Seconds(1), absl::Seconds(30),
                                            options.connect_timeout);
  options.call_timeout =
      native.Duration("call_timeout", absl::Seconds(1), absl::Seconds(30), options.call_timeout);
  return options;
}

}  // namespace

runtime::AdapterFactory ImmigrationFactory() {
  return [](const ConfigTable& native) -> runtime::AdapterOpener {
    net::SftpOptions server = ServerOptions(native);
    AdapterOptions options;
    options.in = {.in = Folder(native, "in", "from-dis"),
                  .done = Folder(native, "done", "done"),
                  .quarantine = Folder(native, "quarantine", "quarantine")};
    options.out = Folder(native, "out", "to-dis");
    options.named_consents = native.Path("named_consents", "");
    if (const auto client = net::SftpClient::Create(server); !client.ok()) {
      native.Refuse(ErrorField(client.status()), std::string(client.status().message()));
    }
    return [server, options](const runtime::AdapterContext& context)
               -> absl::StatusOr<std::unique_ptr<runtime::Adapter>> {
      AMANA_ASSIGN_OR_RETURN(std::unique_ptr<net::SftpClient> client,
                             net::SftpClient::Create(server));
      AMANA_ASSIGN_OR_RETURN(std::unique_ptr<ImmigrationAdapter> adapter,
                             ImmigrationAdapter::Open(options, std::move(client), context.folder));
      return std::unique_ptr<runtime::Adapter>(std::move(adapter));
    };
  };
}

}  // namespace amana::immigration
