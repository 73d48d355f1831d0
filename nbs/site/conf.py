"Settings of the site; `make site` calls Sphinx with them on a copy of the notebooks"
from configparser import ConfigParser
from pathlib import Path

cfg = ConfigParser(delimiters=['='], interpolation=None)
cfg.read(Path(__file__).parent/'settings.ini', encoding='utf8')

project = 'ihc_tissue'
author = cfg['DEFAULT']['author']
copyright = cfg['DEFAULT']['copyright']
release = cfg['DEFAULT']['version']
extensions = ['myst_nb']
exclude_patterns = ['_build']
nb_execution_mode = 'off'
nb_output_stderr = 'remove'
nb_mime_priority_overrides = [('html', 'application/vnd.jupyter.widget-view+json', None)]
myst_enable_extensions = ['dollarmath', 'colon_fence']
myst_heading_anchors = 3
mathjax_path = 'mathjax/tex-svg.js'
html_theme = 'pydata_sphinx_theme'
html_title = 'ihc_tissue'
html_static_path = ['_static']
html_css_files = ['site.css']
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {'index': []}
html_theme_options = dict(
    show_toc_level=2, navigation_with_keys=False, show_nav_level=1, header_links_before_dropdown=6,
    footer_start=['copyright'], footer_end=[], secondary_sidebar_items=['page-toc'], pygments_light_style='tango',
    pygments_dark_style='monokai')
