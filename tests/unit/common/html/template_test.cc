#include "common/html/template.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

TEST(TemplateTest, ValuesAreEscapedForTheTarget) {
  TemplateData data;
  data.set("a", "<\"&").set("n", 42);

  EXPECT_EQ(*render("{{a}} {{{a}}} {{n}}", data, Escape::html), "&lt;&quot;&amp; <\"& 42");
  EXPECT_EQ(*render("{\"a\":\"{{a}}\"}", data, Escape::json), "{\"a\":\"\\u003C\\\"\\u0026\"}");
  EXPECT_EQ(*render("a={{a}}", data, Escape::form), "a=%3C%22%26");
}

TEST(TemplateTest, EmptyIsNotThere) {
  TemplateData data;
  data.set("s", "").set("f", false).set("l", TemplateData::List{}).set("t", true);

  EXPECT_EQ(*render("{{#s}}s{{/s}}{{#f}}f{{/f}}{{#l}}l{{/l}}{{#t}}t{{/t}}{{^s}}-{{/s}}{{x}}",
                    data,
                    Escape::html),
            "t-");
}

TEST(TemplateTest, ListsAndObjectsNest) {
  TemplateData data;
  data.set("title", "栏目");
  for (const char* name : {"一", "二"}) {
    TemplateData item;
    item.set("name", name).set("unit", TemplateData().set("name", "县政府"));
    data.add("items", item);
  }

  EXPECT_EQ(*render("{{#items}}{{title}}:{{name}}/{{unit.name}};{{/items}}", data, Escape::html),
            "栏目:一/县政府;栏目:二/县政府;");
}

TEST(TemplateTest, PartialsArePutInOnce) {
  const Partials partials{{"item", "<li>{{name}}</li>"},
                          {"list", "{{#items}}{{> item}}{{/items}}"}};
  const auto page = Template::compile("page", "<ul>{{>list}}</ul>", Escape::html, partials);
  TemplateData data;
  data.add("items", TemplateData().set("name", "{{x}}&"));

  ASSERT_TRUE(page);
  EXPECT_EQ(page->render(data), "<ul><li>{{x}}&amp;</li></ul>");
  EXPECT_EQ(page->render(TemplateData()), "<ul></ul>");
}

TEST(TemplateTest, WrongTemplatesAreErrors) {
  const Partials circle{{"a", "{{>b}}"}, {"b", "{{>a}}"}};

  EXPECT_EQ(Template::compile("t", "{{#a}}", Escape::html).error().reason, "template_invalid");
  EXPECT_EQ(Template::compile("t", "{{=< >=}}", Escape::html).error().reason, "template_invalid");
  EXPECT_EQ(Template::compile("t", "{{>a}}", Escape::html, circle).error().reason,
            "template_invalid");
  EXPECT_EQ(Template::compile("t", "{{>c}}", Escape::html, circle).error().reason,
            "template_partial_missing");
}

}  // namespace
}  // namespace gulou
