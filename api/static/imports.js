// An import that is still being read: looked at again every two seconds.

if (document.querySelector("[data-waiting]")) setTimeout(() => location.reload(), 2000);
