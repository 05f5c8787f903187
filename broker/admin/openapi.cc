// OpenAPI: the description of all this, as it is served.
#include "admin_api_embedded.h"
#include "broker/admin/routes.h"

namespace gulou {
namespace {

Status document(const Exchange& exchange) {
  exchange.answer(200, std::string(embedded::admin_api.front().second));
  return {};
}

}  // namespace

AdminRoutes openapi_routes() {
  return {{"GET", "/v1/openapi.json", Access::known, document, true}};
}

}  // namespace gulou
