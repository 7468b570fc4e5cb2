package validate_test

// letter is an ordinary mailing with everything that real ones have and that must not be taken for
// active content or a short link.
const letter = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html lang="ru" xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta http-equiv="X-UA-Compatible" content="IE=edge" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no" />
<title>Ваш заказ собран</title>
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->
<!--[if mso]><style type="text/css">v\:* {behavior:url(#default#VML);} o\:* {behavior:url(#default#VML);}</style><![endif]-->
<!-- ===== STEP ONE ===== only="here" ===== -->
<style type="text/css">
@import url("https://fonts.example.com/css?family=Golos+Text:400,700&display=swap");
/* Client-specific resets: Outlook, Gmail (expression of thanks), javascript: none */
#outlook a { padding:0; } .ReadMsgBody { width:100%; } .ExternalClass { width:100%; line-height:100%; }
body, table, td, a { -webkit-text-size-adjust:100%; -ms-text-size-adjust:100%; }
a:link { color:#0b5fff; } a[x-apple-data-detectors] { color:inherit !important; text-decoration:none !important; }
.q:before { content:"\201C"; } html { scroll-behavior:smooth; }
@media only screen and (max-width:600px) { .column { width:100% !important; display:block !important; } }
</style>
</head>
<body style="margin:0;padding:0;background-color:#f4f5f7;" bgcolor="#f4f5f7">
<div style="display:none;max-height:0;overflow:hidden;">Заказ № 1507 ждёт вас &#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;&#8199;&shy;</div>
<noscript><img src="https://stat.example.com/o.gif?u=1" alt="" width="1" height="1" /></noscript>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" frame="void">
<tr><td align="center" background="https://img.example.com/bg.png" style="background:url('https://img.example.com/bg.png') center / cover no-repeat #222;">
<!--[if gte mso 9]><v:rect xmlns:v="urn:schemas-microsoft-com:vml" fill="true" stroke="false" style="width:600px;height:300px;"><v:fill type="tile" src="https://img.example.com/bg.png" color="#222222" /><v:textbox inset="0,0,0,0"><![endif]-->
<h1 style="margin:0;font:700 28px/34px 'Golos Text',Arial,sans-serif;color:#fff;">Здравствуйте, Анна!</h1>
<!--[if gte mso 9]></v:textbox></v:rect><![endif]-->
</td></tr>
<tr><td class="column" style="padding:24px;font:400 16px/24px Arial,sans-serif;color:#333;">
<p style="margin:0 0 16px;">Заказ собран 12.03/13.03, доставка 24/7 и/или самовывоз. Подробнее: https://shop.example.ru/orders/1507?utm_source=mail&amp;utm_medium=email</p>
<p style="margin:0 0 16px;">Мы не пишем &lt;script&gt; и onclick= в письмах, честно.</p>
<img src="https://img.example.com/1.png" srcset="https://img.example.com/1.png 1x, https://img.example.com/1@2x.png 2x" width="280" alt="Кроссовки, javascript: хорошие части" title="onclick=none" />
<img src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk" width="1" height="1" alt="" />
<!--[if mso]><v:roundrect href="https://shop.example.ru/orders/1507" style="height:44px;v-text-anchor:middle;width:200px;" arcsize="10%" stroke="f" fillcolor="#0b5fff"><w:anchorlock/><center>Открыть заказ</center></v:roundrect><![endif]-->
<!--[if !mso]><!--><a href="https://shop.example.ru/orders/1507?next=https%3A%2F%2Fbit.ly%2Fx" target="_blank" style="display:inline-block;background:#0b5fff;color:#fff;border-radius:4px;padding:12px 24px;text-decoration:none;filter:alpha(opacity=90);">Открыть заказ</a><!--<![endif]-->
<p><a href="tel:+78001234567">8 800 123-45-67</a>, <a href="mailto:info@shop.example.ru?subject=1507/1">info@shop.example.ru</a>,
<a href="https://t.me/shop_example">Telegram</a>, <a href="https://wa.me/78001234567">WhatsApp</a>, <a href="https://vk.com/shop">ВКонтакте</a></p>
<form action="https://shop.example.ru/rate" method="post"><input type="radio" name="r" value="5" /><input type="submit" value="Оценить" /></form>
</td></tr>
<tr><td style="padding:16px;font-size:12px;color:#777;">ООО «Пример», Москва. <a href="https://shop.example.ru/unsubscribe/abc" style="color:#777;">Отписаться</a></td></tr>
</table>
</body>
</html>
`
