// The routes of the HTTP API: each noun lists its own in a file of its own. An Error a handler
// returns becomes the answer; otherwise it has answered or passed the exchange on. Handlers run on
// a worker thread unless they are immediate. A new route needs its lines in openapi.json: a test
// compares the two.
#pragma once

#include "broker/admin/exchange.h"

#include <functional>
#include <string_view>
#include <vector>

namespace gulou {

struct AdminRoute {
  std::string_view method;
  std::string_view pattern;
  Access access = Access::viewer;
  std::function<Status(const Exchange&)> handler;
  bool immediate = false;  // on the server's thread: reads neither rows nor body
  bool form = false;       // a page's form: the token is a field of it, a refusal is a page
};

using AdminRoutes = std::vector<AdminRoute>;

AdminRoutes access_routes();
AdminRoutes blob_routes();
AdminRoutes channel_routes();
AdminRoutes confirmation_routes();
AdminRoutes confirmation_page_routes();
AdminRoutes delivery_routes();
AdminRoutes device_routes();
AdminRoutes event_routes();
AdminRoutes evidence_routes();
AdminRoutes health_routes();
AdminRoutes normalise_routes();
AdminRoutes notify_routes();
AdminRoutes openapi_routes();
AdminRoutes publication_routes();
AdminRoutes release_routes();
AdminRoutes replay_routes();
AdminRoutes resolve_routes();
AdminRoutes scan_routes();
AdminRoutes status_routes();
AdminRoutes submission_routes();
AdminRoutes takedown_routes();
AdminRoutes withdrawal_routes();

// All of them.
AdminRoutes admin_routes();

}  // namespace gulou
