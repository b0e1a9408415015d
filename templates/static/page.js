// On every page: tells the stylesheet that scripts run, so that what needs one is shown.
document.documentElement.classList.add('js')
