#include "adapters/portal/run.h"

#include "adapters/portal/adapter.h"
#include "adapters/portal/http_adapter.h"
#include "adapters/portal/site_pages.h"
#include "adapters/portal/wordpress_adapter.h"
#include "adapters/sdk/start.h"
#include "common/base/log.h"
#include "common/http/server.h"
#include "common/settings/county.h"
#include "common/settings/home.h"

namespace gulou {
namespace {

SiteSettings site_settings(const SiteTable& table, const std::string& base_url) {
  SiteSettings site;
  site.name = table.name;
  site.base_url = base_url;
  site.line = table.line;
  site.domain = table.domain;
  site.id_code = table.id_code;
  site.organiser = table.organiser;
  site.contractor = table.contractor;
  site.icp_no = table.icp_no;
  site.police_no = table.police_no;
  site.phone = table.phone;
  site.address = table.address;
  site.party_mark_url = table.party_mark_url;
  site.find_error_url = table.find_error_url;
  return site;
}

// A CMS of somebody else: nothing of it is ours but the calls.
Result<int> run_http(const AdapterSettings& settings,
                     const sdk::ShellOptions& options,
                     const CountySettings& county,
                     int stop_fd) {
  std::map<std::string, std::string, std::less<>> names;
  for (const auto& [id, column] : county.columns) {
    names.emplace(id, column.name);
  }
  HttpApi api = TRY(HttpApi::open(settings.http));
  const net::Context context = TRY(net::Context::open(1));
  HttpAdapter adapter(std::move(api), std::move(names));
  return sdk::serve(adapter, options, context, stop_fd);
}

Result<int> run_wordpress(const AdapterSettings& settings,
                          const sdk::ShellOptions& options,
                          const CountySettings& county,
                          int stop_fd) {
  const net::Context context = TRY(net::Context::open(1));
  std::map<std::string, Column, std::less<>> columns(county.columns.begin(), county.columns.end());
  WordpressAdapter adapter(WordpressApi(settings.wordpress), settings.base_url, std::move(columns));
  return sdk::serve(adapter, options, context, stop_fd);
}

Result<int> run(const AdapterSettings& settings,
                const sdk::ShellOptions& options,
                const std::string& home,
                int stop_fd) {
  const CountySettings county = TRY(load_county(home));
  if (!settings.http.create.url.empty()) {
    return run_http(settings, options, county, stop_fd);
  }
  if (!settings.wordpress.api.empty()) {
    return run_wordpress(settings, options, county, stop_fd);
  }
  const SiteTable about = TRY(load_site(Home{home}.site_settings(), settings.site));
  Site site = TRY(Site::open(settings.directory));
  const std::string base_url =
      settings.base_url.empty() ? "http://" + settings.listen : settings.base_url;
  // The web server reads what is on disk, on its own thread: read-back sees what citizens see.
  auto pages =
      TRY(SitePages::open(settings.directory, site_settings(about, base_url), county.columns));
  HttpServer server({}, [&pages](const HttpRequest& request, Responder responder) {
    responder.answer(pages.answer(request, read_clocks().utc));
  });
  if (!settings.listen.empty()) {
    const auto [host, port] = sdk::host_and_port(settings.listen);
    TRY(server.listen(host, port));
    log::info("site.ready", {{"url", base_url}});
  }
  const net::Context context = TRY(net::Context::open(1));
  PortalAdapter adapter(std::move(site), base_url);
  const int code = sdk::serve(adapter, options, context, stop_fd);
  server.stop();
  return code;
}

}  // namespace

int run_portal(const std::vector<std::string>& arguments) {
  return sdk::start("portal", arguments, run);
}

}  // namespace gulou
