"""The templates of the pages that no notebook makes: index, dictionary, failure."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipelines.publishing.html import TEMPLATES
from pipelines.publishing.shell import CONTENT_SECURITY_POLICY, in_css
from pmo_lib.printable import printable

PAGES = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=lambda value: value if hasattr(value, "__html__") else printable(str(value)),
    trim_blocks=True,
    lstrip_blocks=True,
)
PAGES.globals["policy"] = CONTENT_SECURITY_POLICY
PAGES.filters["in_css"] = lambda text: Markup(in_css(text))
