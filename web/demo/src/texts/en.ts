/** The page in English, and by its keys the list of every text it has. */
export const en = {
  page_title: "Nitka Market: coffee, tea and kitchen gear",
  skip: "Skip to content",
  menu: "Main",
  language: "Language",
  nav_shop: "Shop",
  nav_delivery: "Delivery",
  nav_questions: "Questions",
  nav_visit: "Visit us",
  eyebrow: "Coffee, tea and kitchen gear from Łódź",
  hero_title: "Small rituals, well made",
  hero_text:
    "Kettles that whistle, beans roasted last week, cups that sit well in the hand. We use everything we sell.",
  try_title: "Ask us anything, day or night",
  try_text: "Our assistant answers at once; a person is there when you need one.",
  ask_order: "Where is my order NT-10001?",
  ask_price: "How much is the moka pot?",
  ask_person: "I would like to talk to a person",
  shop_title: "On the shelf this week",
  shop_text: "Prices include VAT. Delivery in Poland is free from 199 zł.",
  ask_about: "Ask about it",
  ask_about_label: "Ask about it: {name}",
  ask_about_text: "Is “{name}” in stock?",
  delivery_title: "Delivery and returns",
  fact_poland: "In Poland",
  fact_poland_text: "Parcel locker 12.99 zł, courier 16.99 zł. 1–2 working days, free from 199 zł.",
  fact_eu: "Elsewhere in the EU",
  fact_eu_text: "From €9.90, 3–6 working days.",
  fact_returns: "Returns",
  fact_returns_text:
    "30 days, with a free label. The money is back within 14 days of the parcel’s arrival.",
  questions_title: "Often asked",
  faq1: "Where is my parcel?",
  faq1_text:
    "Write your order number in the chat (it begins with NT-) and you get its state at once.",
  faq2: "How can I pay?",
  faq2_text:
    "By card, BLIK, Apple Pay, Google Pay, bank transfer or cash on delivery (Poland only). From 300 zł you can pay in 3 or 10 instalments.",
  faq3: "What about the warranty?",
  faq3_text: "Two years on everything. The order confirmation is your proof of purchase.",
  faq4: "Does a bot answer me?",
  faq4_text:
    "At first, yes. Ask for a person at any moment: they will see the whole conversation, and you will not have to tell it twice.",
  visit_title: "Come and smell the coffee",
  visit_text: "Monday to Saturday, 10:00–18:00. You can collect orders here too.",
  footer:
    "A demo shop: its orders, people and prices are invented. The chat in the corner is Nitka.",
};
