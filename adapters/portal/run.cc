#include "adapters/portal/run.h"

#include "adapters/portal/adapter.h"
#include "adapters/portal/site_pages.h"
#include "adapters/sdk/start.h"
#include "common/base/log.h"
#include "common/http/server.h"
#include "common/settings/county.h"

namespace gulou {
namespace {

SiteSettings site_settings(const AdapterSettings& settings, const std::string& base_url) {
  SiteSettings site;
  site.name = settings.site.name;
  site.base_url = base_url;
  site.line = settings.site.line;
  site.domain = settings.site.domain;
  site.id_code = settings.site.id_code;
  site.organiser = settings.site.organiser;
  site.contractor = settings.site.contractor;
  site.icp_no = settings.site.icp_no;
  site.police_no = settings.site.police_no;
  site.phone = settings.site.phone;
  site.address = settings.site.address;
  return site;
}

Result<int> run(const AdapterSettings& settings,
                const sdk::ShellOptions& options,
                const std::string& home,
                int stop_fd) {
  const CountySettings county = TRY(load_county(home));
  Site site = TRY(Site::open(settings.directory));
  const std::string base_url =
      settings.base_url.empty() ? "http://" + settings.listen : settings.base_url;
  // The web server reads what is on disk, on its own thread: read-back sees what citizens see.
  auto pages =
      TRY(SitePages::open(settings.directory, site_settings(settings, base_url), county.columns));
  HttpServer server({}, [&pages](const HttpRequest& request, Responder responder) {
    responder.answer(pages.answer(request, read_clocks().utc));
  });
  if (!settings.listen.empty()) {
    const auto [host, port] = sdk::host_and_port(settings.listen);
    TRY(server.listen(host, port));
    log::info("site.ready", {{"url", base_url}});
  }
  const net::Context context = TRY(net::Context::open(1));
  PortalAdapter adapter(std::move(site), base_url, true);
  const int code = sdk::serve(adapter, options, context, stop_fd);
  server.stop();
  return code;
}

}  // namespace

int run_portal(const std::vector<std::string>& arguments) {
  return sdk::start("portal", arguments, run);
}

}  // namespace gulou
